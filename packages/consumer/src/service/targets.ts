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
import { UnavailableError } from '../handler.ts';
import { TENANTS_AT_FULL } from '../options.ts';
import { type Availability, createAvailability } from '../queues/availability.ts';
import { noteEffect } from '../run/outside-effect.ts';
import type { ConsumerConfig } from './config.ts';

export interface Targets {
  /**
   * Opens an outside system, with metrics and a health check. It is closed when the service stops. The system of a
   * tenant is one of many, so it has no health check of its own, and who opens it closes it.
   */
  target(options: Omit<TargetOptions, 'logger' | 'metrics'> & { readonly tenant?: string | undefined }): Target;
  /** Opens outside systems whose URLs come from events or users. */
  guardedTarget(options: Omit<GuardedTargetOptions, 'logger' | 'metrics'>): GuardedTarget;
}

/**
 * @param alert called when an outside system counts as down
 * @param availability learns which outside systems exist, and which can be used
 */
export function createTargets(
  service: ServiceContext<ConsumerConfig>,
  alert: (alert: Alert) => void = () => {},
  availability: Availability = createAvailability(),
): Targets {
  const { config, logger, metrics, tracer, health, onStop } = service;
  const traced = commaSeparated(config.TRACE_TARGETS);
  return {
    target({ tenant, ...options }) {
      const tellTrace = traced.includes(options.label ?? options.name);
      // One connection per handler, so that no handler waits for the request of another.
      const concurrency = TENANTS_AT_FULL * config.CONCURRENCY;
      const onDown = (): void => alert({ kind: 'outside_down', code: 'BREAKER_OPEN', about: options.name });
      const target = createTarget({ concurrency, tellTrace, onDown, ...options, logger, metrics, tracer });
      if (tenant === undefined) {
        onStop(options.name, target.close);
        health.add(options.name, target.check);
      }
      availability.knows(options.name);
      return {
        ...target,
        async request(request) {
          // A request that is not a probe would tell nothing new.
          if (!availability.allows(target.name, request.signal)) throw new UnavailableError(target.name);
          const startedAt = Date.now();
          const response = await target.request(request);
          availability.succeeded(target.name, startedAt);
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
