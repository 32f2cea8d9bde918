import { type Fields, isGiven, isObject } from './json.ts';
import { at, type SentPath } from './paths.ts';

/**
 * A value that is changed without changing what was sent. Each object and list is copied once, however often it is
 * changed: a sender decides how large they are.
 */
export class Editable {
  #value: unknown;
  /** The copies, with how many fields are left in each object. */
  readonly #copies = new Map<unknown, number>();

  constructor(value: unknown) {
    this.#value = value;
  }

  /** Undefined when nothing is left. */
  get value(): unknown {
    return this.#value;
  }

  /** Sets a field under the first of its names that is held, and makes the objects on the way. */
  put(to: readonly (readonly string[])[], value: unknown): void {
    this.#value = this.#put(this.#value, to, value, 0);
  }

  #put(container: unknown, to: readonly (readonly string[])[], value: unknown, index: number): Fields {
    const copy = this.#copyOf(isObject(container) ? container : {}) as Fields;
    const name = heldName(copy, to[index] as readonly string[]);
    if (!Object.hasOwn(copy, name)) this.#copies.set(copy, (this.#copies.get(copy) as number) + 1);
    copy[name] = index + 1 === to.length ? value : this.#put(copy[name], to, value, index + 1);
    return copy;
  }

  /** Takes a value out. A container that held nothing else goes too; list items keep their places. */
  take(path: SentPath): void {
    this.#value = this.#replaced(this.#value, path, undefined, 0);
  }

  replace(path: SentPath, value: unknown): void {
    this.#value = this.#replaced(this.#value, path, value, 0);
  }

  #replaced(container: unknown, path: SentPath, value: unknown, index: number): unknown {
    const name = path[index];
    if (name === undefined) return value;
    const held = at(container, name);
    if (held === undefined) return container;
    const next = this.#replaced(held, path, value, index + 1);
    if (next === held) return container;
    const copy = this.#copyOf(container);
    if (Array.isArray(copy)) {
      copy[name as number] = next ?? null;
      return next === undefined && copy.every((item) => item === null) ? undefined : copy;
    }
    const fields = copy as Fields;
    if (next !== undefined) {
      fields[name] = next;
      return fields;
    }
    delete fields[name];
    const left = (this.#copies.get(copy) as number) - 1;
    this.#copies.set(copy, left);
    return left === 0 ? undefined : copy;
  }

  #copyOf(container: unknown): unknown {
    if (this.#copies.has(container)) return container;
    const copy = Array.isArray(container) ? [...container] : { ...(container as Fields) };
    this.#copies.set(copy, Array.isArray(copy) ? 0 : Object.keys(copy).length);
    return copy;
  }
}

/** The name under which an object has a field, in either spelling. */
export function heldName(fields: Fields, names: readonly string[]): string {
  for (const name of names) if (isGiven(fields[name])) return name;
  return names[0] as string;
}
