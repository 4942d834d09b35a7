// Ends with 0 when the process of this container turns; whether it can serve is /readyz, for balancers.
const { PORT = "8270" } = process.env;
const answer = await fetch(`http://127.0.0.1:${PORT}/livez`, { signal: AbortSignal.timeout(2_500) }).catch(
  () => null,
);
process.exit(answer?.ok ? 0 : 1);
