export * from "./connection/connect.ts";
export * from "./scope.ts";
