import { once } from 'node:events';
import { connect } from 'node:net';

/** A minimal keep-alive connection with at most one request in flight: load and server share the cores. */
export interface Connection {
  /** Calls `accepted` on acceptance. */
  send(request: Buffer, accepted: () => void): void;
  close(): void;
}

/**
 * @param failed called if the connection ends before `close` or the response is not an acceptance: rejections and
 * duplicates are not measurements
 */
export async function openConnection(port: number, failed: (error: Error) => void): Promise<Connection> {
  let received = '';
  let waiting: (() => void) | undefined;

  function onRead(length: number, buffer: Uint8Array): boolean {
    received += (buffer as Buffer).toString('latin1', 0, length);
    const answer = readAnswer(received);
    if (answer === undefined) return true;
    received = '';
    const accepted = waiting;
    waiting = undefined;
    if (accepted !== undefined && isAcceptance(answer)) accepted();
    else failed(new Error(`The server answered ${answer.status} ${answer.body}`));
    return true;
  }

  // One shared read buffer: allocating one per response would cost more than everything else.
  const onread = { buffer: Buffer.allocUnsafeSlow(64 * 1024), callback: onRead };
  const socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
  await once(socket, 'connect');
  const onClose = () => failed(new Error('The server closed a connection'));
  socket.on('error', failed);
  socket.on('close', onClose);
  return {
    send(request, accepted) {
      waiting = accepted;
      socket.write(request);
    },
    close() {
      socket.off('close', onClose);
      socket.destroy();
    },
  };
}

interface Answer {
  status: number;
  body: string;
}

/** Undefined until the response is complete. */
function readAnswer(text: string): Answer | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1]);
  const body = text.slice(headEnd + 4);
  return body.length < length ? undefined : { status: Number(text.slice(9, 12)), body };
}

/** Of a webhook, or of all events of a batch. */
const isAcceptance = ({ status, body }: Answer): boolean =>
  status === 200 && !body.includes('"duplicate"') && (body.includes('"received":true') || body.includes('"accepted"'));
