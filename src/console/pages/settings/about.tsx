/** What this is, and where to read more. */
export function About() {
  const version = document.querySelector<HTMLMetaElement>('meta[name="convene-version"]')?.content ?? '';
  return (
    <>
      <p>Convene {version} · a calendar that people edit together, on a server of your own.</p>
      <ul class="links">
        <li>
          <a href="/api/docs/" target="_blank" rel="noopener">
            The API
          </a>
        </li>
        <li>
          <a href="/api/docs/live" target="_blank" rel="noopener">
            The live messages
          </a>
        </li>
        <li>
          <a href="/api/openapi.json" target="_blank" rel="noopener">
            OpenAPI document
          </a>
        </li>
        <li>
          <a href="/api/asyncapi.json" target="_blank" rel="noopener">
            AsyncAPI document
          </a>
        </li>
      </ul>
    </>
  );
}
