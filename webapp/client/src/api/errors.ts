/** Errors of the REST API as one type, with words for people. */

/** Messages by field name, as Django REST framework gives them. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** An answer that is not 2xx. `status` 0: the server was not reached. `detail` is a sentence of the server. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly detail: string;
  readonly fields: FieldErrors;
  readonly code: string;
  /** What the server answered, when that was JSON. */
  readonly body: unknown;

  constructor(status: number, detail: string, fields: FieldErrors, code: string, body: unknown = null) {
    super(detail === "" ? `HTTP ${status}` : detail);
    this.status = status;
    this.detail = detail;
    this.fields = fields;
    this.code = code;
    this.body = body;
  }
}

const MOST = 100_000;

/** Reads the body of a failed answer; anything that is not our JSON leaves only the status. */
export async function toApiError(answer: Response): Promise<ApiError> {
  const text = (await answer.text().catch(() => "")).slice(0, MOST);
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // An error page of a proxy.
  }
  if (typeof body !== "object" || body === null) return new ApiError(answer.status, "", {}, "");
  const fields: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(body)) {
    if (Array.isArray(value)) fields[name] = value.filter((item) => typeof item === "string");
  }
  const { detail, code } = body as { detail?: unknown; code?: unknown };
  const general = typeof detail === "string" ? detail : (fields.non_field_errors?.[0] ?? "");
  return new ApiError(answer.status, general, fields, typeof code === "string" ? code : "", body);
}
