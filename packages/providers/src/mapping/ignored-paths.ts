import { type Compiling, compilePath, type Keys } from './compiling.ts';
import type { Mapping } from './mapping.ts';
import type { Step } from './paths.ts';

export interface IgnoringLayer {
  readonly layer: Pick<Mapping, 'ignore' | 'shapes'>;
  readonly at: Keys;
}

/**
 * The ignored paths as they stand in `meta.extra`, in each spelling: without `body` or the object that holds the event's
 * fields, and with lists as `[]`.
 */
export function compileIgnored(layers: readonly IgnoringLayer[], compiling: Compiling): string[] {
  const containers = layers.flatMap(({ layer }) =>
    (layer.shapes ?? []).map(({ data }) => data.replace(/^body\.?/, '')),
  );
  return layers.flatMap(({ layer, at }) =>
    (layer.ignore ?? []).flatMap((text, index) => {
      const isInData = compiling.variables.includes('data') && /^data\b/.test(text);
      const steps = compilePath(text, isInData ? 'data' : 'body', [...at, 'ignore', index], compiling) ?? [];
      const paths = spelled(steps);
      if (isInData) return paths;
      return [...paths, ...paths.flatMap((path) => containers.flatMap((container) => within(path, container)))];
    }),
  );
}

const within = (path: string, container: string): string[] =>
  container !== '' && path.startsWith(`${container}.`) ? [path.slice(container.length + 1)] : [];

const spelled = (steps: readonly Step[]): string[] =>
  steps.reduce<string[]>(
    (paths, step) =>
      paths.flatMap((path) => {
        if (typeof step === 'number') return [`${path}[]`];
        return step.map((name) => (path === '' ? name : `${path}.${name}`));
      }),
    [''],
  );
