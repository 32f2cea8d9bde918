import { hasBearer } from '../authentication.ts';
import { credentials } from '../credentials.ts';
import { objectOf } from '../json.ts';
import { lookup, refuse, type System, type SystemRequest } from '../system.ts';
import { vectorOf } from './embedding-vector.ts';

const DEFAULT_DIMENSIONS = 256;
const MOST_INPUTS = 2_048;

const problem = (status: number, message: string, param: string | null = null, code: string | null = null) => {
  const type = status >= 500 ? 'server_error' : status === 429 ? 'requests' : 'invalid_request_error';
  return refuse(status, { error: { message, type, param, code } });
};

/** OpenAI's `POST /v1/embeddings`. Equal texts have equal vectors, similar texts have similar ones. */
export function createEmbeddings(): System {
  function embed({ body }: SystemRequest) {
    const { input, model, dimensions = DEFAULT_DIMENSIONS, encoding_format: format = 'float' } = objectOf(body);
    if (typeof model !== 'string' || model === '') return problem(400, 'you must provide a model parameter', 'model');
    if (!Number.isInteger(dimensions) || Number(dimensions) < 1 || Number(dimensions) > 4_096) {
      return problem(400, 'dimensions must be a whole number from 1 to 4096', 'dimensions');
    }
    if (format !== 'float' && format !== 'base64') return problem(400, 'must be float or base64', 'encoding_format');
    const inputs = typeof input === 'string' ? [input] : input;
    if (!isInput(inputs)) {
      return problem(400, `input must be a non-empty string or an array of 1 to ${MOST_INPUTS} of them`, 'input');
    }
    const data = inputs.map((text, index) => {
      const vector = vectorOf(text, Number(dimensions));
      return { object: 'embedding', index, embedding: format === 'float' ? [...vector] : base64Of(vector) };
    });
    const tokens = inputs.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
    return lookup({ object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } });
  }

  return {
    name: 'embeddings',
    routes: { 'POST /v1/embeddings': embed },
    authenticate: (headers) => hasBearer(headers, credentials.embeddings.apiKey),
    refusal: (status) =>
      status === 401
        ? problem(401, 'Incorrect API key provided.', null, 'invalid_api_key')
        : problem(status, status === 429 ? 'Rate limit reached.' : `answered with ${status}`),
    clear() {},
  };
}

const isInput = (inputs: unknown): inputs is string[] =>
  Array.isArray(inputs) &&
  inputs.length > 0 &&
  inputs.length <= MOST_INPUTS &&
  inputs.every((text) => typeof text === 'string' && text !== '');

const base64Of = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');
