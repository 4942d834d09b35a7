/** Runs in the browser. The token stays in the fragment, which browsers send to nobody, until it is used. */
export const ACCOUNT_SCRIPT = `"use strict";
const part = (id) => document.getElementById(id);
const token = location.hash.slice(1);
const form = part("account");
let kind = "invitation";
let csrf = "";

function say(text) { part("about").textContent = text; }
function complain(problem) { part("problem").textContent = problem; }

async function ask(path, body, headers = {}) {
  complain("");
  const response = await fetch("/api/v1" + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { "Content-Type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Error([answer.detail ?? "The server answered " + response.status + ".", answer.hint].filter(Boolean).join(" "));
}

async function working(button, work) {
  button.disabled = true;
  try { await work(); } catch (error) { complain(error.message); } finally { button.disabled = false; }
}

async function look() {
  if (token === "") throw new Error("The link is not whole: what stands behind # is missing.");
  const [link, methods] = await Promise.all([ask("/invitations/look", { token }), ask("/sign-in/methods")]);
  kind = link.kind;
  const texts = {
    setup: "Become the first administrator of this server.",
    invitation: "You are invited to " + link.organization + " as " + link.email + ".",
    reset: "Choose a new password for " + link.email + ".",
  };
  say(texts[kind]);
  for (const label of document.querySelectorAll("[data-for]")) {
    const wanted = label.dataset.for.split(" ").includes(kind);
    label.hidden = !wanted;
    label.querySelector("input").required = wanted;
  }
  form.hidden = !methods.password;
  const byOidc = methods.oidc !== null && kind === "invitation";
  if (byOidc) {
    part("oidc").textContent = "Sign in with " + methods.oidc.name;
    part("or").hidden = false;
  }
  if (!methods.password && !byOidc) complain("This link needs a password, and nobody can sign in with one at this address now.");
}

function signedIn(answer) {
  csrf = answer.csrf;
  history.replaceState(null, "", location.pathname);
  form.hidden = true;
  part("or").hidden = true;
  say("Welcome.");
  part("done").hidden = false;
  part("key").focus();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  void working(form.querySelector("button"), async () => {
    const { email, name, password } = Object.fromEntries(new FormData(form));
    const bodies = {
      setup: { token, email, name, password },
      invitation: { token, name, password },
      reset: { token, password },
    };
    signedIn(await ask(kind === "setup" ? "/setup" : "/invitations/accept", bodies[kind]));
  });
});

part("oidc").addEventListener("click", (event) =>
  void working(event.currentTarget, async () => {
    const { url } = await ask("/sign-in/oidc", { returnTo: "/accept", invitation: token });
    location.assign(url);
  }),
);

part("key").addEventListener("click", (event) =>
  void working(event.currentTarget, async () => {
    const { key } = await ask("/me/keys", { name: "command line", scopes: ["*"] }, { "X-Syncline-CSRF": csrf });
    part("commands").textContent = "export SYNCLINE_API_KEY=" + key + "\\nsyncline review list --url " + location.origin;
    part("made").hidden = false;
    part("key").hidden = true;
  }),
);

async function begin() {
  // Back from the identity provider there is no token any more, but a session.
  if (token === "") {
    const me = await ask("/me").catch(() => null);
    if (me?.csrf) return signedIn(me);
  }
  await look();
}

begin().catch((error) => {
  say("This link does not work.");
  complain(error.message);
});
`;
