/** What the descriptions of the APIs share. */
export const security = [{ apiKey: [] }];

export const parameter = (name: string, description: string, values?: readonly string[]) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string', ...(values === undefined ? {} : { enum: values }) },
});

export const userIdParameter = parameter('userId', "The platform's id of the person.");
