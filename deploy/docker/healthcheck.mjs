// Ends with 0 when the service of this container answers; an image without a shell has nothing else to ask with. With a
// path, as in `node /app/healthcheck.mjs /health`, it prints the answer.
import { get } from 'node:http';

// biome-ignore lint/style/noProcessEnv: it stands alone in the image, without @switchboard/service
const { OPS_PORT, PORT } = process.env;
const [path] = process.argv.slice(2);

get({ host: '127.0.0.1', port: OPS_PORT || PORT, path: path ?? '/livez', timeout: 3_000 }, (response) => {
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  if (path === undefined) process.exit();
  response.pipe(process.stdout);
})
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1));
