// Exits with 0 as soon as the sandbox has received what the demo causes in each outside system, and with 1 after 2 min.
const url = process.argv[2] ?? 'http://127.0.0.1:8090';
const expected = ['hubspot', 'zendesk', 'chat', 'slack', 'smtp'];
const deadline = Date.now() + 120_000;

for (;;) {
  const missing = await lacking();
  if (missing.length === 0) break;
  if (Date.now() > deadline) {
    console.error(`The demo had no effect in ${missing.join(', ')}.`);
    process.exit(1);
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}
console.log(`The demo had its effects in ${expected.join(', ')}.`);

async function lacking() {
  try {
    const effects = await (await fetch(`${url}/effects`)).json();
    const reached = new Set(effects.filter(({ kind }) => kind === 'effect').map(({ system }) => system));
    return expected.filter((system) => !reached.has(system));
  } catch {
    return expected;
  }
}
