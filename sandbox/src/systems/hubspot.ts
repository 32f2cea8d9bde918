import { randomUUID } from 'node:crypto';
import { hasBearer } from '../authentication.ts';
import type { Board, CardInput } from '../board.ts';
import { credentials } from '../credentials.ts';
import { isObject, type JsonObject, listOf, objectOf, textOf } from '../json.ts';
import { type Answer, effect, lookup, Refused, type Route, refuse, type Surroundings, type System } from '../system.ts';
import {
  cleaned,
  createObjects,
  type HubspotObject,
  invalidProperties,
  keyOf,
  type ObjectType,
} from './hubspot-objects.ts';
import { matches } from './hubspot-search.ts';

const MOST_INPUTS = 100;
const CONTACT_NOTE = 202;

const problem = (status: number, category: string, message: string, more: JsonObject = {}) =>
  refuse(status, { status: 'error', message, correlationId: randomUUID(), category, ...more });

const invalid = (message: string, more?: JsonObject) => new Refused(problem(400, 'VALIDATION_ERROR', message, more));
const missing = () => problem(404, 'OBJECT_NOT_FOUND', 'resource not found');

/** Contacts and notes. The v3 paths and the dated paths behave the same. */
export function createHubspot(board: Board, { indexLagMs }: Surroundings): System {
  const tables = { contacts: createObjects(), notes: createObjects() };
  /** The notes of each contact, oldest first. */
  const notesOf = new Map<string, string[]>();
  let lastId = 100;

  function save(type: ObjectType, properties: Record<string, string>, known?: HubspotObject): HubspotObject {
    const now = new Date().toISOString();
    const object: HubspotObject = {
      id: known?.id ?? String(++lastId),
      properties: { ...known?.properties, ...properties, hs_object_id: known?.id ?? String(lastId) },
      createdAt: known?.createdAt ?? now,
      updatedAt: now,
      archived: false,
    };
    tables[type].set(object.id, object);
    if (type === 'contacts') board.put(cardOf(object));
    return object;
  }

  const one = (type: ObjectType, property: string, value: string): HubspotObject | undefined =>
    property === '' || property === 'hs_object_id'
      ? tables[type].get(value)
      : tables[type].find('property', keyOf(property, value))[0];

  const upsert =
    (type: ObjectType): Route =>
    ({ body }) => {
      const inputs = inputsOf(body).map((input) => {
        const [property, id] = [textOf(input.idProperty), textOf(input.id)];
        if (id === '') throw invalid('Some required fields were not set: [id]');
        if (property === '') throw invalid('An idProperty is needed to upsert');
        return { property, id, properties: checked(type, { [property]: id, ...objectOf(input.properties) }) };
      });
      if (new Set(inputs.map(({ property, id }) => keyOf(property, id))).size < inputs.length) {
        throw invalid('Duplicate IDs found in batch input');
      }
      const results = inputs.map(({ property, id, properties }) => {
        const known = one(type, property, id);
        return { ...save(type, properties, known), new: known === undefined };
      });
      return effect(200, batch(results));
    };

  const read =
    (type: ObjectType): Route =>
    ({ body }) => {
      const property = textOf(objectOf(body).idProperty);
      const ids = inputsOf(body).map(({ id }) => textOf(id));
      const found = ids.map((id) => one(type, property, id));
      const absent = ids.filter((_id, index) => found[index] === undefined);
      const results = found.filter((object) => object !== undefined);
      if (absent.length === 0) return lookup(batch(results));
      const message = `Could not get some ${type.toUpperCase()} objects, they may be deleted or not exist. Check that ids are valid.`;
      const error = { status: 'error', category: 'OBJECT_NOT_FOUND', message, context: { ids: absent } };
      return lookup(batch(results, { numErrors: 1, errors: [error] }), 207);
    };

  const search =
    (type: ObjectType): Route =>
    ({ body }) => {
      const { filterGroups, limit = 10, after = '0' } = objectOf(body);
      const visible = Date.now() - indexLagMs();
      const candidates = candidatesFor(type, listOf(filterGroups).map(objectOf));
      const found = candidates.filter(
        (object) => Date.parse(object.createdAt) <= visible && matches(object, listOf(filterGroups), notesOf),
      );
      const [start, most] = [Number(after) || 0, Math.min(Number(limit) || 10, 200)];
      const next = start + most < found.length ? { paging: { next: { after: String(start + most) } } } : {};
      return lookup({ total: found.length, results: found.slice(start, start + most), ...next });
    };

  /** A single group with an EQ filter uses an index instead of a scan. */
  function candidatesFor(type: ObjectType, groups: readonly JsonObject[]): HubspotObject[] {
    const [group, ...others] = groups;
    if (others.length === 0) {
      for (const filter of listOf(group?.filters).map(objectOf)) {
        const [name, value] = [textOf(filter.propertyName), textOf(filter.value)];
        if (filter.operator !== 'EQ' || value.length > 300) continue;
        if (name === 'associations.contact') {
          return (notesOf.get(value) ?? []).flatMap((id) => tables[type].get(id) ?? []);
        }
        return tables[type].find('property', keyOf(name, value));
      }
    }
    return [...tables[type].all()];
  }

  function createNote(body: unknown): HubspotObject {
    const { properties, associations } = objectOf(body);
    const wanted = checked('notes', properties);
    if (wanted.hs_timestamp === undefined) throw invalid('Some required properties were not set: [hs_timestamp]');
    const contacts = listOf(associations).map((association) => {
      const { to, types } = objectOf(association);
      const id = textOf(objectOf(to).id);
      const [type] = listOf(types).map(objectOf);
      if (type?.associationCategory !== 'HUBSPOT_DEFINED' || type.associationTypeId !== CONTACT_NOTE) {
        throw invalid(`A note is associated with a contact by type ${CONTACT_NOTE} of HUBSPOT_DEFINED`);
      }
      if (tables.contacts.get(id) === undefined) throw invalid(`No contact with ID ${id} exists`);
      return id;
    });
    const note = save('notes', wanted);
    for (const contact of contacts) {
      notesOf.set(contact, [...(notesOf.get(contact) ?? []), note.id]);
      board.note('contact', 'hubspot', contact, { html: note.properties.hs_note_body ?? '' });
    }
    return note;
  }

  const create: Route = ({ body }) => {
    const properties = checked('contacts', objectOf(body).properties);
    const known = one('contacts', 'email', properties.email ?? '');
    if (known !== undefined && properties.email !== undefined) {
      return problem(409, 'CONFLICT', `Contact already exists. Existing ID: ${known.id}`);
    }
    return effect(201, save('contacts', properties));
  };

  const get =
    (type: ObjectType): Route =>
    ({ params, query }) => {
      const object = one(type, query.idProperty ?? '', params.id ?? '');
      return object === undefined ? missing() : lookup(object);
    };

  const update =
    (type: ObjectType): Route =>
    ({ params, query, body }) => {
      const known = one(type, query.idProperty ?? '', params.id ?? '');
      if (known === undefined) return missing();
      return effect(200, save(type, checked(type, objectOf(body).properties), known));
    };

  const associatedNotes: Route = ({ params, path }) => {
    const ids = notesOf.get(params.id ?? '') ?? [];
    const types = [{ category: 'HUBSPOT_DEFINED', typeId: CONTACT_NOTE - 1, label: null }];
    const results = path.includes('/v3/')
      ? ids.map((id) => ({ id, type: 'contact_to_note' }))
      : ids.map((id) => ({ toObjectId: id, associationTypes: types }));
    return lookup({ results });
  };

  const createNotes: Route = ({ body }) => {
    if (!isObject(body)) throw invalid('Invalid input JSON');
    return effect(201, createNote(body));
  };

  const routes: Record<string, Route> = {};
  for (const prefix of ['/crm/v3/objects', '/crm/objects/:version', '/crm/v4/objects']) {
    for (const type of ['contacts', 'notes'] as const) {
      routes[`POST ${prefix}/${type}/batch/upsert`] = upsert(type);
      routes[`POST ${prefix}/${type}/batch/read`] = read(type);
      routes[`POST ${prefix}/${type}/search`] = search(type);
      routes[`GET ${prefix}/${type}/:id`] = get(type);
      routes[`PATCH ${prefix}/${type}/:id`] = update(type);
    }
    routes[`POST ${prefix}/contacts`] = create;
    routes[`POST ${prefix}/notes`] = createNotes;
    routes[`GET ${prefix}/contacts/:id/associations/notes`] = associatedNotes;
  }

  return {
    name: 'hubspot',
    routes,
    authenticate: (headers) => hasBearer(headers, credentials.hubspot.token),
    refusal,
    clear() {
      tables.contacts.clear();
      tables.notes.clear();
      notesOf.clear();
    },
  };
}

function refusal(status: number): Answer {
  if (status === 401) return problem(401, 'INVALID_AUTHENTICATION', 'Authentication credentials not found.');
  if (status === 404) return missing();
  if (status === 429) {
    const more = { errorType: 'RATE_LIMIT', policyName: 'TEN_SECONDLY_ROLLING' };
    return problem(429, 'RATE_LIMITS', 'You have reached your ten_secondly_rolling limit.', more);
  }
  return problem(status, status < 500 ? 'VALIDATION_ERROR' : 'INTERNAL_ERROR', `answered with ${status}`);
}

function cardOf({ id, properties }: HubspotObject): CardInput {
  const { email = '', firstname = '', lastname = '', ...others } = properties;
  const fields = Object.entries(others).filter(([name]) => name !== 'hs_object_id');
  return {
    kind: 'contact',
    system: 'hubspot',
    id,
    title: `${firstname} ${lastname}`.trim() || email || `Contact ${id}`,
    fields: [['email', email], ...fields],
  };
}

function checked(type: ObjectType, properties: unknown): Record<string, string> {
  const problems = invalidProperties(type, objectOf(properties));
  if (problems.length === 0) return cleaned(properties);
  const [first] = problems;
  throw invalid(`Property values were not valid: ${JSON.stringify(problems)}`, {
    errors: problems.map(({ message, error, name }) => ({ message, code: error, context: { propertyName: [name] } })),
    ...(first === undefined ? {} : { subCategory: `Propertyvalidation.${first.error}` }),
  });
}

function inputsOf(body: unknown): readonly JsonObject[] {
  const inputs = listOf(objectOf(body).inputs).map(objectOf);
  if (inputs.length === 0) throw invalid('Invalid input JSON: inputs must contain at least one object');
  if (inputs.length > MOST_INPUTS) throw invalid(`The batch has more than ${MOST_INPUTS} inputs`);
  return inputs;
}

const batch = (results: unknown[], more: JsonObject = {}) => {
  const now = new Date().toISOString();
  return { status: 'COMPLETE', results, startedAt: now, completedAt: now, ...more };
};
