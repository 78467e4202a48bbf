/** Starts Swagger UI on the server's own OpenAPI document, with its paths relative to this page's folder. */

const spec = await (await fetch("openapi.json")).json();
spec.servers = [{ url: new URL(".", document.baseURI).pathname }];
window.SwaggerUIBundle({ spec, dom_id: "#api", deepLinking: true });

export {}; // makes this file a module for `tsc`, which allows `await` at the top level only there
