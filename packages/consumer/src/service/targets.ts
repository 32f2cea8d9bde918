import type { Alert } from '@switchboard/alerts';
import {
  createGuardedTarget,
  createTarget,
  type GuardedTarget,
  type GuardedTargetOptions,
  type Target,
  type TargetOptions,
} from '@switchboard/outbound';
import { commaSeparated, type ServiceContext } from '@switchboard/service';
import { noteEffect } from '../run/outside-effect.ts';
import type { ConsumerConfig } from './config.ts';

export interface Targets {
  /** Opens an outside system, with metrics and a health check. It is closed when the service stops. */
  target(options: Omit<TargetOptions, 'logger' | 'metrics'>): Target;
  /** Opens outside systems whose URLs come from events or users. */
  guardedTarget(options: Omit<GuardedTargetOptions, 'logger' | 'metrics'>): GuardedTarget;
}

/** @param alert called when an outside system counts as down */
export function createTargets(
  service: ServiceContext<ConsumerConfig>,
  alert: (alert: Alert) => void = () => {},
): Targets {
  const { config, logger, metrics, tracer, health, onStop } = service;
  const traced = commaSeparated(config.TRACE_TARGETS);
  return {
    target(options) {
      const tellTrace = traced.includes(options.name);
      // One connection per handler, so that no handler waits for the request of another.
      const concurrency = config.CONCURRENCY;
      const onDown = (): void => alert({ kind: 'outside_down', code: 'BREAKER_OPEN', about: options.name });
      const target = createTarget({ concurrency, tellTrace, onDown, ...options, logger, metrics, tracer });
      onStop(options.name, target.close);
      health.add(options.name, target.check);
      return {
        ...target,
        async request(request) {
          const response = await target.request(request);
          noteEffect(target.name, request, response);
          return response;
        },
      };
    },
    guardedTarget(options) {
      const target = createGuardedTarget({ ...options, logger, metrics, tracer });
      onStop(options.name, target.close);
      return target;
    },
  };
}
