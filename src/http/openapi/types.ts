/** A JSON Schema (2020-12), as OpenAPI 3.1 takes it. */
export type JsonSchema = Record<string, unknown>;
export type Reference = { $ref: string };
/** A response object. */
export interface Response {
  description: string;
  headers?: Record<string, Reference>;
  content?: Record<string, { schema: JsonSchema; examples?: Record<string, { value: unknown }> }>;
}
export interface Operation {
  operationId: string;
  parameters: unknown[];
  requestBody?: unknown;
  responses: Record<string, Response | Reference>;
  security?: unknown[];
}
/** OpenAPI 3.1, as far as it is looked into here. */
export interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; responses: Record<string, Response> };
  [member: string]: unknown;
}
