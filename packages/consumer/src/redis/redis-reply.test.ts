import assert from 'node:assert/strict';
import { it } from 'node:test';
import { redisReply } from './redis-reply.ts';

const replyError = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' });

it('passes on the reply of Redis', async () => {
  assert.equal(await redisReply(Promise.resolve('OK')), 'OK');
});

for (const message of [
  "ERR unknown command 'HGTE'",
  'WRONGTYPE Operation against a key holding the wrong kind of value',
]) {
  it(`${message.split(' ')[0]} is a bug of ours and counts as an attempt`, async () => {
    const error = replyError(message);
    await assert.rejects(redisReply(Promise.reject(error)), error);
  });
}

for (const error of [
  new Error('Connection is closed.'),
  new Error('Command timed out'),
  replyError('LOADING Redis is loading the dataset in memory'),
  replyError('READONLY You can’t write against a read only replica.'),
  replyError('ERR Error running script (call to f_1): @user_script:1: -READONLY You can’t write against a replica.'),
  replyError("OOM command not allowed when used memory > 'maxmemory'."),
  replyError('ERR max number of clients reached'),
]) {
  it(`${error.message.slice(0, 40)} pauses the service and spends no attempt`, () =>
    assert.rejects(redisReply(Promise.reject(error)), {
      name: 'UnavailableError',
      retry: 'when-available',
      cause: error,
    }));
}
