export const HOOK_PURPOSE = "job-hook";
export const HOOK_TOKEN = /^slh_[A-Za-z0-9_-]{43}$/;
