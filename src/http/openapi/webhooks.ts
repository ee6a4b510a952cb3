import { CHANGE } from './samples.js';
import { schemaRef } from './schemas.js';

const header = (name: string, description: string, example: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string', examples: [example] },
});

/** What this service asks of others: the request with which a webhook's receiver is told of a change. */
export const WEBHOOKS = {
  change: {
    post: {
      tags: ['Webhooks'],
      operationId: 'receiveChange',
      summary: 'A change of an event, sent to a webhook',
      description:
        'To the URL of the webhook, with a signature that is to be looked at first. In version order for one event, and at least once: what is not answered with 2xx within ten seconds is sent again.',
      security: [],
      parameters: [
        header(
          'Convene-Signature',
          'When it was signed, in seconds, and the HMAC-SHA-256 of that, a dot and the body, with the webhook’s secret',
          `t=1772353300,v1=${'0f'.repeat(32)}`,
        ),
        header('Convene-Delivery', 'The id of the delivery, the same each time', '66f0c0ffee0123456789de11'),
        header('Convene-Webhook', 'The id of the webhook', '66f0c0ffee0123456789a00c'),
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: schemaRef('Change'), examples: { 'an edit': { value: CHANGE } } },
        },
      },
      responses: {
        '2XX': { description: 'It has been taken' },
        '410': { description: 'The receiver is gone: the webhook is made inactive' },
      },
    },
  },
};
