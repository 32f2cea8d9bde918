import type { LookedUp } from './look-up.ts';
import { type SentPath, textOf } from './paths.ts';

/** Where the fields of an event stood in what was sent. */
export class SentPaths {
  /** A list: few are asked for, and a map of them would cost more than finding them. */
  readonly #moved: Moved[] = [];
  readonly #data: SentPath;
  readonly #unmoved: (path: string) => string | undefined;

  /**
   * @param data the path of the object whose fields were taken as they are
   * @param unmoved where a field that was not found is looked for
   */
  constructor(data: SentPath, unmoved: (path: string) => string | undefined = () => undefined) {
    this.#data = data;
    this.#unmoved = unmoved;
  }

  moved(name: string, found: LookedUp): void {
    this.#moved.push({ name, found });
  }

  /** `transcript[].text` is a field of each item; of several items, the first says where it stands. */
  movedInItem(name: string, found: LookedUp): void {
    if (this.#foundFor(name) === undefined) this.moved(name, found);
  }

  #foundFor(name: string): LookedUp | undefined {
    for (const moved of this.#moved) if (moved.name === name) return moved.found;
    return undefined;
  }

  #textOf(found: LookedUp): string {
    if (found.variable === undefined) return found.rule;
    const path = textOf(found.path);
    if (found.variable === 'data') return this.#inData(path);
    return found.variable === 'headers' ? `header ${path}` : path;
  }

  #inData(path: string): string {
    if (this.#data.length === 0) return path;
    return textOf(this.#data) + (path.startsWith('[') ? path : `.${path}`);
  }

  /** `transcript[3].text` was sent as `data.messages[3].content`. */
  of(path: string): string {
    const [, list = '', index, inner] = /^([^[]+)(\[\d+\])(?:\.(.*))?$/s.exec(path) ?? [];
    if (index === undefined) return this.#find(path) ?? this.#unmoved(path) ?? this.#inData(path);
    const item = this.of(list) + index;
    if (inner === undefined) return item;
    const sent = this.#find(`${list}[].${inner}`) ?? this.#unmoved(`${list}[].${inner}`) ?? inner;
    return sent === '' ? item : `${item}.${sent}`;
  }

  /** The longest part of the path that was moved, and what follows it. */
  #find(path: string): string | undefined {
    for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
      const sent = this.#foundFor(path.slice(0, end));
      if (sent !== undefined) return this.#textOf(sent) + path.slice(end);
    }
    return undefined;
  }
}

interface Moved {
  readonly name: string;
  readonly found: LookedUp;
}
