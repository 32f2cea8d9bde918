/** Bounds listeners, in total and for each caller, so that none takes all of them. */
export interface ListenerLimits {
  /** @returns a function that gives the place back; undefined if there is none */
  take(caller: string): (() => void) | undefined;
  readonly taken: number;
}

export function createListenerLimits(most: number, mostPerCaller: number): ListenerLimits {
  const byCaller = new Map<string, number>();
  let taken = 0;
  return {
    take(caller) {
      const own = byCaller.get(caller) ?? 0;
      if (taken >= most || own >= mostPerCaller) return undefined;
      byCaller.set(caller, own + 1);
      taken += 1;
      let isGivenBack = false;
      return () => {
        if (isGivenBack) return;
        isGivenBack = true;
        taken -= 1;
        const left = (byCaller.get(caller) ?? 1) - 1;
        if (left === 0) byCaller.delete(caller);
        else byCaller.set(caller, left);
      };
    },
    get taken() {
      return taken;
    },
  };
}
