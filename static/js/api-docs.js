/** Starts Swagger UI on the server's own OpenAPI document, whose paths begin where this page lies. */

const spec = await (await fetch("openapi.json")).json();
spec.servers = [{ url: new URL(".", document.baseURI).pathname }];
window.SwaggerUIBundle({ spec, dom_id: "#api", deepLinking: true });

export {};
