import { durationText } from '../flow/file/duration.ts';
import type { Effect } from '../flow/flow.ts';
import type { FlowStep, Simulated, Step } from './simulation.ts';
import { START } from './test-file.ts';

/** What happened, step by step, for a person. */
export const renderTrace = ({ steps }: Simulated): string => steps.flatMap(renderStep).join('\n');

function renderStep({ at, event, isDuplicate, flows }: Step): string[] {
  const time = durationText(at - START).padEnd(7);
  const what = event === undefined ? 'time-out' : `${event.meta.type} ${event.meta.id}`;
  if (isDuplicate) return [`${time} ${what}: a duplicate, which changes nothing`];
  if (flows.length === 0) return [`${time} ${what}: no flow takes it`];
  return [`${time} ${what}`, ...flows.flatMap(renderFlow).map((line) => `        ${line}`)];
}

function renderFlow(step: FlowStep): string[] {
  const { flow, key, kind, slots, dueAt, outcome, message } = step;
  const head = `${flow.name} ${key}`.trim();
  const missing = flow.slots.flatMap(({ type }, slot) => (slots[slot] === undefined ? type : [])).join(', ');
  switch (kind) {
    case 'waits':
      return [`${head}: waits for ${missing}${dueAt === undefined ? '' : `, until ${durationText(dueAt - START)}`}`];
    case 'ignored':
      return [`${head}: ignored, since ${message}`];
    case 'failed':
      return [`${head}: fails, and goes to the dead letters: ${message}`];
    default: {
      const outcomes = [
        ...(outcome?.changes ?? []).map(
          ({ scope, id, name, value }) => `set ${scope} ${id} ${name} = ${JSON.stringify(value ?? null)}`,
        ),
        ...(outcome?.effects ?? []).flatMap(renderEffect),
        ...(outcome?.skipped ?? []).map((reason) => `skipped: ${reason}`),
      ];
      const end = kind === 'completed' ? 'completed' : `without ${missing}`;
      return [`${head}: ${end}`, ...outcomes.map((line) => `  ${line}`)];
    }
  }
}

function renderEffect(effect: Effect): string[] {
  const owner = 'userId' in effect ? (effect.userId ?? effect.conversationId ?? 'no one') : '';
  switch (effect.kind) {
    case 'message': {
      const notes = [effect.solicited && 'solicited', effect.urgent && 'urgent'].filter(Boolean).join(', ');
      const texts = Object.entries(effect.texts).flatMap(([locale, text]) => {
        const [first = '', ...more] = text.split('\n');
        return [`  ${locale}: ${first}`, ...more.map((line) => `      ${line}`)];
      });
      const title = effect.title === undefined ? [] : [`  title: ${effect.title}`];
      return [`message to ${owner}${notes === '' ? '' : ` (${notes})`}`, ...title, ...texts];
    }
    case 'node':
      return [`node ${effect.node} for ${owner} ${JSON.stringify(effect.variables)}`];
    case 'action': {
      const acting = effect.actsFor === undefined ? '' : `, acting for ${Object.values(effect.actsFor).join(' ')}`;
      return [`action ${effect.action} for ${owner}${acting} ${JSON.stringify(effect.input)}`];
    }
    case 'event': {
      const fields = Object.entries(effect.fields).filter(([, value]) => value !== null);
      return [`event ${effect.type} ${JSON.stringify(Object.fromEntries(fields))}`];
    }
  }
}
