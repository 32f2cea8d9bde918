import { Counter, Histogram } from 'prom-client';

// Preloaded into a service to disable its metrics. Process metrics of prom-client stay, because the bench reads them.
const { inc } = Counter.prototype;
Counter.prototype.inc = function (this: Counter & { name: string }, ...counted: Parameters<typeof inc>) {
  if (this.name.startsWith('process_')) inc.apply(this, counted);
} as typeof inc;
Histogram.prototype.observe = () => {};
