import { testDocumentedKinds } from '@switchboard/systems/fixtures/documented-kinds';
import { knowledgeKinds } from './platforms.ts';

testDocumentedKinds(knowledgeKinds);
