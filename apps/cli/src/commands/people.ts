import { ROLES } from "@syncline/core";
import { type Command, Option } from "commander";
import type { Act } from "../session.ts";
import { withExamples } from "./help-text.ts";
import { addServerClientOptions, type ServerClientOptions } from "./server-client-options.ts";

export interface PeopleListOptions extends ServerClientOptions {
  readonly json?: boolean;
}

export interface PeopleGrantOptions extends ServerClientOptions {
  readonly role: string;
  /** `project` or `project/environment`. */
  readonly on?: string;
}

export function definePeople(program: Command, act: Act): void {
  const people = program
    .command("people")
    .summary("list and invite people of a server, grant and take roles")
    .description("People of a running server's organization. It takes a key that manages people.");
  withExamples(people, [
    ["syncline people list --server office", "who there is, and with which roles"],
    [
      "syncline people invite ada@example.com --role operator --on shop/staging",
      "a link that makes an account",
    ],
  ]);
  defineList(people, act);
  defineInvite(people, act);
  defineGrants(people, act);
  defineActive(people, act);
}

function defineList(people: Command, act: Act): void {
  const command = people
    .command("list")
    .summary("people and their roles")
    .description("Prints everybody of the organization with their roles, also deactivated accounts.")
    .option("--json", "print one JSON document");
  addServerClientOptions(command).action(
    act(async (session, options: PeopleListOptions) => {
      const { runPeopleList } = await import("./people/run-list.ts");
      return runPeopleList(session, options);
    }),
  );
  withExamples(command, [
    ["syncline people list --server office", "as a table"],
    ["syncline people list --server office --json", "for a program"],
  ]);
}

function addRole(command: Command): Command {
  const role = new Option("--role <role>", "what they may do").choices(ROLES).makeOptionMandatory();
  return command
    .addOption(role)
    .option("--on <place>", "project, or project/environment; without it the whole organization");
}

function defineInvite(people: Command, act: Act): void {
  const command = addRole(
    people
      .command("invite")
      .argument("<email>", "address of the person")
      .summary("make a link by which somebody gets an account")
      .description("Prints the link, this once; it works once, for a week."),
  );
  addServerClientOptions(command).action(
    act(async (session, email: string, options: PeopleGrantOptions) => {
      const { runInvite } = await import("./people/run-invite.ts");
      return runInvite(session, email, options);
    }),
  );
  withExamples(command, [
    ["syncline people invite ada@example.com --role viewer", "in the whole organization"],
    ["syncline people invite ada@example.com --role operator --on shop/staging", "in one environment"],
  ]);
}

function defineGrants(people: Command, act: Act): void {
  for (const [name, summary, example] of [
    ["grant", "give a person a role", "one more role"],
    ["revoke", "take a role from a person", "that role, there"],
  ] as const) {
    const command = addRole(
      people.command(name).argument("<email>", "address of the person").summary(summary),
    ).description("Changes one role at one place; what else the person has stays.");
    addServerClientOptions(command).action(
      act(async (session, email: string, options: PeopleGrantOptions) => {
        const { runGrant } = await import("./people/run-grant.ts");
        return runGrant(session, { email, change: name }, options);
      }),
    );
    withExamples(command, [
      [`syncline people ${name} ada@example.com --role reviewer --on shop`, example],
      [`syncline people ${name} ada@example.com --role admin`, "in the whole organization"],
    ]);
  }
}

function defineActive(people: Command, act: Act): void {
  for (const [name, active, summary, description] of [
    [
      "deactivate",
      false,
      "end a person's account",
      "Ends every session at once; keys of the person's own do nothing from then on.",
    ],
    ["reactivate", true, "let a deactivated person in again", "Roles are as they were."],
  ] as const) {
    const command = people
      .command(name)
      .argument("<email>", "address of the person")
      .summary(summary)
      .description(description);
    addServerClientOptions(command).action(
      act(async (session, email: string, options: ServerClientOptions) => {
        const { runSetActive } = await import("./people/run-set-active.ts");
        return runSetActive(session, { email, active }, options);
      }),
    );
    withExamples(command, [
      [`syncline people ${name} ada@example.com --server office`, "at a server of the config"],
      [`syncline people ${name} ada@example.com --url https://syncline.example.com`, "at any server"],
    ]);
  }
}
