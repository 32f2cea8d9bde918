// Ends with 0 when the service of this container answers; an image without a shell has nothing else to ask with.
import { get } from 'node:http';

// biome-ignore lint/style/noProcessEnv: it stands alone in the image, without @switchboard/service
const { PORT } = process.env;

get({ port: PORT, path: '/livez', timeout: 3_000 }, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
  .on('timeout', () => process.exit(1))
  .on('error', () => process.exit(1));
