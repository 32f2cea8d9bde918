/** The steps of ignored paths. A leaf, and all that lies under it, is ignored. */
type Steps = Map<string, Steps | 'ignored'>;

const known = new WeakMap<readonly string[], Steps>();

/** The unmapped fields that mean something: a vendor's count of its attempts makes no other event of a repeat. */
export function withoutIgnored(extra: string | null, paths: readonly string[]): string | null {
  if (extra === null || paths.length === 0) return extra;
  const steps = known.get(paths) ?? stepsOf(paths);
  known.set(paths, steps);
  const left = prune(JSON.parse(extra), steps);
  return left === undefined ? null : JSON.stringify(left);
}

/** `items[].name` has the steps `items`, `[]` and `name`. */
function stepsOf(paths: readonly string[]): Steps {
  const root: Steps = new Map();
  for (const path of paths) {
    const names = path.replaceAll('[]', '.[]').split('.');
    let steps = root;
    for (const [index, name] of names.entries()) {
      const held = steps.get(name);
      if (held === 'ignored') break;
      if (index + 1 === names.length) steps.set(name, 'ignored');
      else {
        const next: Steps = held ?? new Map();
        steps.set(name, next);
        steps = next;
      }
    }
  }
  return root;
}

/** Undefined when nothing is left. */
function prune(value: unknown, steps: Steps): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const ofItems = steps.get('[]');
    if (ofItems === undefined) return value;
    return ofItems === 'ignored' ? undefined : value.map((item) => prune(item, ofItems) ?? null);
  }
  const left: [string, unknown][] = [];
  for (const [name, held] of Object.entries(value)) {
    const next = steps.get(name);
    const kept = next === undefined ? held : next === 'ignored' ? undefined : prune(held, next);
    if (kept !== undefined) left.push([name, kept]);
  }
  return left.length === 0 ? undefined : Object.fromEntries(left);
}
