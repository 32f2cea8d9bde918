import type { FastifyInstance } from 'fastify';
import { answerError, sendProblem } from './problem.ts';

/** Answers requests without a route with a problem. Routes that are added later answer 405 to other methods. */
export function answerProblems(http: FastifyInstance): void {
  const routes: { parts: readonly string[]; methods: readonly string[] }[] = [];
  http.addHook('onRoute', ({ url, method }) => void routes.push({ parts: url.split('/'), methods: [method].flat() }));
  http.setErrorHandler(answerError);
  http.setNotFoundHandler((request, reply) => {
    const [path = ''] = request.url.split('?');
    const found = routes.filter(({ parts }) => matches(parts, path.split('/')));
    const allowed = new Set(found.flatMap(({ methods }) => methods));
    // A route may itself answer 404.
    if (allowed.size === 0 || allowed.has(request.method)) {
      return sendProblem(reply, 'NOT_FOUND', 'Check the path against the documentation of the service.');
    }
    const names = [...allowed].join(', ');
    return sendProblem(reply.header('allow', names), 'METHOD_NOT_ALLOWED', `Use one of: ${names}.`);
  });
}

/** Whether a path is one of a route such as `/v1/preferences/:userId`. */
function matches(route: readonly string[], path: readonly string[]): boolean {
  const isTail = route.at(-1) === '*';
  if (isTail ? path.length < route.length : path.length !== route.length) return false;
  return route.every(
    (part, index) => part === '*' || part === path[index] || (part.startsWith(':') && path[index] !== ''),
  );
}
