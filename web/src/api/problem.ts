export type FieldError = { field: string; code: string; message: string };

/** An answer that is not a success: RFC 9457 problem+json, or the network's own failure (`status` 0). */
export class Problem extends Error {
  override name = "Problem";

  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly requestId?: string,
    readonly errors: FieldError[] = [],
  ) {
    super(message);
  }

  static async from(response: Response): Promise<Problem> {
    const body = await readBody(response);
    const text = sentence(body.detail ?? body.title ?? `The server answered ${response.status}.`);
    return new Problem(text, response.status, body.code ?? `http_${response.status}`, body.request_id ?? response.headers.get("x-request-id") ?? undefined, errors(body));
  }

  static network(): Problem {
    return new Problem("The server cannot be reached. Check the connection and try again.", 0, "network");
  }
}

const errors = (body: Body) => body.errors?.map((one) => ({ ...one, message: sentence(one.message) }));

type Body = { title?: string; detail?: string; code?: string; request_id?: string; errors?: FieldError[] };

/** Details are written in lower case, for logs; people read sentences. */
const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1) + (/[.!?…]$/.test(text) ? "" : ".");

async function readBody(response: Response): Promise<Body> {
  try {
    return (await response.json()) as Body;
  } catch {
    return {};
  }
}

/** Any thrown thing as a problem, for an error state or a toast. */
export function toProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem(error instanceof Error ? error.message : String(error), 0, "client");
}
