import { element, timeElement } from './element.js';
import { nameOf } from './systems.js';

/** A request that was answered with an error: its system, the request, the status and the reason. */
export const createRefusal = ({ system, method, path, status, why, fault, at }) =>
  element('li', { 'data-system': system }, [
    element('p', { class: 'source' }, [
      element('span', {}, [
        element('strong', {}, `${status}`),
        ' ',
        element('span', { class: 'system' }, nameOf(system)),
        fault !== undefined && element('span', { class: 'fault' }, 'by a fault'),
      ]),
      timeElement(at),
    ]),
    element('code', { dir: 'auto' }, `${method} ${path}`),
    element('p', { class: 'text', dir: 'auto' }, why),
  ]);
