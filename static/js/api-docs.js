/** Starts Swagger UI with the server's OpenAPI document; its paths are relative to the folder of this page. */

const spec = await (await fetch("openapi.json")).json();
spec.servers = [{ url: new URL(".", document.baseURI).pathname }];
window.SwaggerUIBundle({ spec, dom_id: "#api", deepLinking: true });

export {}; // makes this file a module for `tsc`, which allows `await` at the top level only there
