import type { ValidateFunction } from 'ajv/dist/2020.js';
import { buildLiveDocument } from '../../src/http/asyncapi/document.js';
import type { AsyncApiDocument } from '../../src/http/asyncapi/types.js';
import { createAjv } from './conformity.js';

/** Compares what went over a socket with what a document says of it. */
export class LiveConformity {
  private readonly ajv = createAjv();
  private readonly validators = new Map<object, ValidateFunction>();
  /** The messages of each direction, by their names. */
  private readonly sent: ReadonlySet<string>;
  private readonly taken: ReadonlySet<string>;

  constructor(readonly document: AsyncApiDocument) {
    this.ajv.addSchema({ $id: DOCUMENT, components: { schemas: document.components.schemas } });
    const namesOf = (action: string): Set<string> =>
      new Set(
        Object.values(document.operations)
          .filter((one) => one.action === action)
          .flatMap(({ messages }) => messages.map(({ $ref }) => this.named($ref.split('/').at(-1) ?? ''))),
      );
    this.sent = namesOf('send');
    this.taken = namesOf('receive');
  }

  /** What is wrong with a message of the server's; null where nothing is. */
  faultOfMessage(message: string, payload: unknown): string | null {
    return this.sent.has(message)
      ? this.faultBy(message, message, payload)
      : `${message} is no message of the server’s in the document`;
  }

  /** What is wrong with an acknowledgement of a message; null where nothing is. */
  faultOfAnswer(message: string, answer: unknown): string | null {
    const { ok, problem } = (answer ?? {}) as { ok?: unknown; problem?: { code?: string } };
    if (!this.taken.has(message)) {
      return this.faultBy(`the answer to ${message}`, SOME_REFUSAL, answer);
    }
    if (ok !== false) {
      return this.faultBy(`the answer to ${message}`, `${message}.answer`, answer);
    }
    const codes = this.message(`${message}.refusal`)['x-problems'] ?? [];
    const code = problem?.code ?? '';
    return codes.includes(code)
      ? this.faultBy(`the refusal of ${message}`, `${message}.refusal`, answer)
      : `${message} was refused with ${code}, which the document does not say`;
  }

  /** What is wrong with a payload by the schema of a message; null where nothing is. */
  private faultBy(what: string, name: string, payload: unknown): string | null {
    const fault = this.faultAgainst(this.message(name).payload, payload);
    return fault && `${what} is not as documented: ${fault} ${JSON.stringify(payload).slice(0, 300)}`;
  }

  /** What is wrong with a value by a schema of the document; null where nothing is. */
  faultAgainst(schema: object, value: unknown): string | null {
    const validate = this.validators.get(schema) ?? this.ajv.compile(absolute(schema));
    this.validators.set(schema, validate);
    return validate(value) ? null : this.ajv.errorsText(validate.errors);
  }

  private message(name: string) {
    const message = this.document.components.messages[name.replace(':', '.')];
    if (!message) {
      throw new Error(`The document has no message ${name}`);
    }
    return message;
  }

  private named = (key: string): string => this.message(key).name;
}

/** Every message may be refused so; those that there are not are refused in no other way. */
const SOME_REFUSAL = 'event:unsubscribe.refusal';

const DOCUMENT = 'urn:convene:asyncapi';

/** Schemas refer into the document that they stand in. */
const absolute = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', `"$ref":"${DOCUMENT}#/`)) as object;

let conformity: LiveConformity | undefined;

/** Compares with the AsyncAPI document that is served. */
export const liveConformity = (): LiveConformity => (conformity ??= new LiveConformity(buildLiveDocument()));
