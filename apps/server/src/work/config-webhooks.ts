import { type Config, type Environment, readTextSource } from "@syncline/config";
import type { ConfigWebhook } from "@syncline/control-plane";
import { CodedError, isCodedError } from "@syncline/core";
import { checkedUrl } from "@syncline/runtime/egress";

/** The webhooks of the config with their references resolved. @throws CodedError `config.*` */
export async function configWebhooks(
  { alerts }: Config,
  environment: Environment,
): Promise<readonly ConfigWebhook[]> {
  return Promise.all(
    alerts.webhooks.map(async ({ name, url, secret, events }) => {
      const read = async (what: string, source: typeof url) =>
        (
          await readTextSource(source, { env: environment, about: `the ${what} of webhook "${name}"` })
        ).trim();
      const webhook = { name, events, url: await read("url", url), secret: await read("secret", secret) };
      if (!/^https?:\/\//i.test(webhook.url) || !URL.canParse(webhook.url))
        throw invalid(name, "url", "expected https://…");
      assertPlain(name, webhook.url);
      if (!/^whsec_[A-Za-z0-9+/]{24,}={0,2}$/.test(webhook.secret))
        throw invalid(name, "secret", "expected whsec_ and at least 24 characters of base64");
      return webhook;
    }),
  );
}

/** Whether messages could be sent there at all. */
function assertPlain(name: string, url: string): void {
  try {
    checkedUrl(url);
  } catch (error) {
    throw isCodedError(error) ? invalid(name, "url", error.message.replace(/\.$/, "")) : error;
  }
}

function invalid(name: string, what: string, problem: string): CodedError {
  return new CodedError("config.invalid", `The ${what} of webhook "${name}" is not usable: ${problem}.`);
}
