import type { Names } from './names.ts';

/** `deploy/services.ts` with one more service at the end of its list. */
export function withService(source: string, { name, port, type }: Names): string {
  const list = /(export const services: readonly Service\[\] = \[)([\s\S]*?)(,?\s*\];)/;
  if (!list.test(source)) throw new Error('deploy/services.ts has no list of services that could be added to.');
  const entry = `{ name: '${name}', port: ${port}, topics: [], handles: ['${type}'] }`;
  return source.replace(list, (_, start: string, entries: string) => `${start}${entries},\n  ${entry},\n];`);
}

/** `local/start/outside-systems.ts` with the sandbox as the destination of one more service. */
export function withDestination(source: string, { name, VARIABLE }: Names): string {
  const list = /(const variables: [^=]*= \{[\s\S]*?)(,?\n {2}\};)/;
  if (!list.test(source))
    throw new Error('local/start/outside-systems.ts has no list of variables that could be added to.');
  const entry = `'${name}': { ${VARIABLE}_URL: \`\${sandboxUrl}/webhook\` }`;
  return source.replace(list, (_, entries: string) => `${entries},\n    ${entry},\n  };`);
}

/** `docker-compose.yml` with a container of one more service. */
export function withContainer(source: string, { name, port, VARIABLE }: Names): string {
  const after = /\n {2}prometheus:\n/;
  if (!after.test(source)) throw new Error('docker-compose.yml has no prometheus, before which services are added.');
  const container = `
  ${name}:
    <<: *program
    image: \${SWITCHBOARD_IMAGES:-switchboard}/${name}:\${SWITCHBOARD_VERSION:-local}
    build: { <<: *build, args: { SERVICE: ${name} } }
    ports: ["127.0.0.1:\${${VARIABLE}_PORT:-${port}}:8080"]
    environment:
      <<: *addresses
      ${VARIABLE}_URL: http://sandbox:8080/webhook
    depends_on: *needs
`;
  return source.replace(after, (next) => container + next);
}

/** `deploy/prometheus/prometheus.yml` with one more service to scrape. */
export function withScrape(source: string, { name }: Names): string {
  const list = /(names: \[.*)(, sandbox\])/;
  if (!list.test(source)) throw new Error('prometheus.yml has no list of names that could be added to.');
  return source.replace(list, (_, names: string, end: string) => `${names}, ${name}${end}`);
}

const SERVICE_ROW = /^\| \[[\w-]+\]\(services\/.*$/gm;
const PORT_ROW = /^\| [\w-]+ +\| \d+ +\| `\w+_PORT`.*$/gm;

/** The root README with one more row in its table of services. */
export function withServiceRow(readme: string, { name, type }: Names): string {
  return insertAfter(
    readme,
    [...readme.matchAll(SERVICE_ROW)].at(-1),
    `| [${name}](services/${name}/README.md) | \`${type}\` | \`POST /events\` at its destination |`,
  );
}

/** docs/deploying.md with one more row in its table of ports, after those of the services that the README lists. */
export function withPortRow(deploying: string, readme: string, { name, port, VARIABLE }: Names): string {
  const services = new Set([...readme.matchAll(/^\| \[([\w-]+)\]\(services\//gm)].map(([, service]) => service));
  const ofServices = [...deploying.matchAll(PORT_ROW)].filter(([row]) => services.has(/[\w-]+/.exec(row)?.[0]));
  return insertAfter(deploying, ofServices.at(-1), `| ${name} | ${port} | \`${VARIABLE}_PORT\` |`);
}

/** The ports that docs/deploying.md names. */
export const portsIn = (deploying: string): number[] =>
  [...deploying.matchAll(/^\| [^|]+ +\| (\d+) +\| `\w+_PORT`/gm)].map(([, port]) => Number(port));

function insertAfter(text: string, row: RegExpExecArray | undefined, line: string): string {
  if (row === undefined)
    throw new Error('README.md has no table of services, or docs/deploying.md none of ports, that could be added to.');
  const end = row.index + row[0].length;
  return `${text.slice(0, end)}\n${line}${text.slice(end)}`;
}
