import { testDocumentedKinds } from '@switchboard/systems/fixtures/documented-kinds';
import { crmKinds } from './kinds.ts';

testDocumentedKinds(crmKinds);
