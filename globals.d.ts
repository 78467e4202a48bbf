/** What scripts that are no modules give the page: kept.js, Plotly's and Swagger UI's. */

interface Window {
  kept: {
    get(key: string): string | null;
    set(key: string, value: string): boolean;
    setCookie(name: string, value: string): void;
  };
  Plotly: any;
  SwaggerUIBundle: (options: object) => void;
}
