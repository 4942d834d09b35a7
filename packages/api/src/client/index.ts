export { type CallAnswer, type CallInput, type Client, createClient } from "./create-client.ts";
export type { EventsWanted } from "./event-stream.ts";
export type { ByteBody, ClientOptions } from "./send-request.ts";
