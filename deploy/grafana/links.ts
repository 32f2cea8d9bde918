import type { Panel } from './panel.ts';

/** A dashboard for the time range and the data source that the reader is looking at. */
export const linkTo = (uid: string, variables = ''): string =>
  `/d/switchboard-${uid}?\${__url_time_range}&\${datasource:queryparam}${variables}`;

const OPEN_SERVICE = 'Open this service';

/** From a figure of a service to its dashboard. */
export function figureLinks({ kind, queries }: Panel, uid: string): object[] {
  const isOfService = queries.every(({ legend }) => legend.includes('{{service}}'));
  if (kind !== 'stat' || uid === 'service' || !isOfService) return [];
  return [{ title: OPEN_SERVICE, url: linkTo('service', `&var-service=\${__field.labels.service}`) }];
}

/** From the cells of a table: each links to what its column names. */
export const cellLinks = (): object[] => [
  cells('service', { title: OPEN_SERVICE, url: linkTo('service', `&var-service=\${__value.raw}`) }),
  cells('target', { title: 'Open the outside systems', url: linkTo('outside-systems') }),
];

const cells = (name: string, link: object): object => ({
  matcher: { id: 'byName', options: name },
  properties: [{ id: 'links', value: [link] }],
});
