import { type Fields, isGiven, isObject } from './json.ts';
import { at, type SentPath } from './paths.ts';

/**
 * A value that is changed without changing what was sent. Each object and list is copied once, however often it is
 * changed: a sender decides how large they are. A field that was taken out is undefined: an object with deleted keys
 * would be slow to read.
 */
export class Editable {
  #value: unknown;
  /** Few: at most one for each step of a path that a mapping moves. */
  #copies: Copy[] | undefined;

  constructor(value: unknown) {
    this.#value = value;
  }

  /** Undefined when nothing is left. A field that was taken out reads as undefined. */
  get value(): unknown {
    return this.#value;
  }

  /** Sets a field under the first of its names that is held, and makes the objects on the way. */
  put(to: readonly (readonly string[])[], value: unknown): void {
    this.#value = this.#put(this.#value, to, value, 0);
  }

  #put(container: unknown, to: readonly (readonly string[])[], value: unknown, index: number): Fields {
    const copy = this.#copyOf(isObject(container) ? container : {});
    const fields = copy.held as Fields;
    const name = heldName(fields, to[index] as readonly string[]);
    const held = fields[name];
    if (held === undefined) copy.count++;
    fields[name] = index + 1 === to.length ? value : this.#put(held, to, value, index + 1);
    return fields;
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
    const { held: left } = copy;
    if (Array.isArray(left)) {
      left[name as number] = next ?? null;
      return next === undefined && left.every((item) => item === null) ? undefined : left;
    }
    left[name] = next;
    if (next !== undefined) return left;
    copy.count--;
    return copy.count === 0 ? undefined : left;
  }

  #copyOf(container: unknown): Copy {
    this.#copies ??= [];
    for (const copy of this.#copies) if (copy.held === container) return copy;
    const held = Array.isArray(container) ? [...container] : { ...(container as Fields) };
    const copy = { held, count: Array.isArray(held) ? 0 : countOf(held) };
    this.#copies.push(copy);
    return copy;
  }
}

interface Copy {
  readonly held: Fields | unknown[];
  /** How many fields an object still has. */
  count: number;
}

function countOf(fields: Fields): number {
  let count = 0;
  for (const _ in fields) count++;
  return count;
}

/** The name under which an object has a field, in either spelling. */
export function heldName(fields: Fields, names: readonly string[]): string {
  for (const name of names) if (isGiven(fields[name])) return name;
  return names[0] as string;
}
