import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { createLetterService, type LetterService } from '../fixtures/letter-service.ts';
import { randomMark } from '../fixtures/mark.ts';

let service: LetterService;
before(async () => {
  service = await createLetterService();
});
after(() => service[Symbol.asyncDispose]());

it('people conflicts lists identifiers of several people, hidden unless the operator asks for them', async () => {
  const tenant = `t${randomMark()}`;
  const { redis } = service;
  const learn = (user: string, email: string) =>
    redis
      .multi()
      .hset(`people:${tenant}:n:user:${user}`, `email:${email}`, 's0')
      .hset(`people:${tenant}:n:email:${email}`, `user:${user}`, 's0')
      .zadd(`people:${tenant}:conflicts`, 1, `email:${email}`)
      .exec();
  await learn('user-1', 'anna@canary.example');
  await learn('user-2', 'anna@canary.example');
  const listed = await service.ops('people', 'conflicts', '--tenant', tenant);
  assert.equal(listed.code, 0);
  assert.match(listed.out, /1 conflict/);
  assert.doesNotMatch(listed.out, /anna@canary/);
  assert.match((await service.ops('people', 'conflicts', '--tenant', tenant, '--reveal')).out, /anna@canary\.example/);
  assert.equal((await service.ops('people', 'conflicts')).code, 1);
});
