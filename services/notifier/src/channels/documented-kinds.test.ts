import { testDocumentedKinds } from '@switchboard/systems/fixtures/documented-kinds';
import { channelKinds } from './channel-kinds.ts';

testDocumentedKinds(channelKinds);
