/** One page for whoever follows a link: the first administrator, somebody invited, somebody with a new password. */
export const ACCOUNT_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Syncline</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/accept/page.css">
</head>
<body>
<main>
<h1>Syncline</h1>
<p id="about" role="status">Looking at your link…</p>
<form id="account" hidden>
  <label data-for="setup">E-mail address <input name="email" type="email" autocomplete="username" maxlength="320"></label>
  <label data-for="setup invitation">Your name <input name="name" autocomplete="name" maxlength="200"></label>
  <label>Password <input name="password" type="password" autocomplete="new-password" minlength="12" maxlength="1024" required>
    <small>Twelve characters at least.</small></label>
  <button type="submit">Continue</button>
</form>
<p id="or" hidden>or <button id="oidc" type="button"></button></p>
<section id="done" hidden>
  <p>You are signed in. For the command line you need a key of your own:</p>
  <button id="key" type="button">Make a key</button>
  <div id="made" hidden>
    <p>It stands for you and is shown this once:</p>
    <pre id="commands"></pre>
  </div>
</section>
<p id="problem" role="alert"></p>
<noscript>This page needs JavaScript.</noscript>
</main>
<script src="/accept/page.js"></script>
</body>
</html>
`;
