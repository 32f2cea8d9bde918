import Type from 'typebox';

export const InstanceQuery = Type.Object({
  flow: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  key: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024 })),
  state: Type.Enum(['waiting', 'completed', 'timed_out', 'cancelled'], { default: 'waiting' }),
  limit: Type.Integer({ minimum: 1, maximum: 500, default: 50 }),
});
