import { readRules } from '@switchboard/deploy/prometheus/rules';

const SECONDS = { s: 1, m: 60, h: 3_600 } as const;
const FACTOR = 60;

/** The shipped rules with all times divided by 60: a minute becomes a second. Thresholds are unchanged. */
export function hastenedRules(): object {
  return {
    groups: readRules().groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({
        ...rule,
        ...(rule.for === undefined ? {} : { for: hasten(rule.for) }),
        expr: rule.expr
          .replace(/\[(\d+[smh])\]/g, (_, time: string) => `[${hasten(time)}]`)
          .replace(/\boffset (\d+[smh])/g, (_, time: string) => `offset ${hasten(time)}`),
      })),
    })),
  };
}

function hasten(time: string): string {
  const [, count, unit] = /^(\d+)([smh])$/.exec(time) ?? [];
  return `${Math.ceil((Number(count) * SECONDS[unit as keyof typeof SECONDS]) / FACTOR)}s`;
}
