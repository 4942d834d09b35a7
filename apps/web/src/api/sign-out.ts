import { isCodedError } from "@syncline/core";
import { api } from "./client.ts";
import { forgetDrafts } from "./drafts.ts";

const tabs = new BroadcastChannel("syncline-sign-out");
// Who leaves means all that is open of them.
tabs.addEventListener("message", leave);

/** Ends the session, here and in the other tabs of it. */
export async function signOut(): Promise<void> {
  try {
    await api.signIn.signOut();
  } catch (error) {
    // One that has ended is left all the same.
    if (!isCodedError(error) || error.code !== "auth.required") throw error;
  }
  tabs.postMessage(null);
  leave();
}

function leave(): void {
  forgetDrafts();
  location.assign("/");
}
