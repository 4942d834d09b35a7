import { UnstyledButton } from "@mantine/core";
import { useState } from "react";
import { counted } from "../../../components/number-text.ts";
import { ValueView } from "../../../components/value-view.tsx";
import type { JsonChange, JsonMember } from "../values/json-diff.ts";

const SHOWN = 600;

/** A JSON value by place: what came, went and changed, with what is alike folded away. */
export function JsonDiffView({ change }: { readonly change: JsonChange }) {
  return (
    <div className="dx-value dx-json">
      <Change change={change} />
    </div>
  );
}

function Change({ change }: { readonly change: JsonChange }) {
  if (change.kind === "same") return <ValueView value={change.text} limit={SHOWN} />;
  if (change.kind === "replaced")
    return (
      <>
        <del>
          <ValueView value={change.old} limit={SHOWN} />
        </del>
        <span className="dx-arrow"> → </span>
        <ins>
          <ValueView value={change.new} limit={SHOWN} />
        </ins>
      </>
    );
  return <Members members={change.members} />;
}

function Members({ members }: { readonly members: readonly JsonMember[] }) {
  const [all, setAll] = useState(false);
  const same = members.filter(({ state }) => state === "same").length;
  const shown = all ? members : members.filter(({ state }) => state !== "same");
  return (
    <ul>
      {shown.map((member) => (
        <li key={`${member.state} ${member.name}`} data-state={member.state}>
          <span className="dx-json-sign" aria-hidden>
            {SIGNS[member.state]}
          </span>
          <span className="sl-visually-hidden">{member.state} </span>
          <bdi className="sl-mono dx-json-name">{member.name}</bdi>{" "}
          {member.change === null ? <Alone member={member} /> : <Change change={member.change} />}
        </li>
      ))}
      {same > 0 && (
        <li>
          <UnstyledButton className="dx-equal-toggle" onClick={() => setAll(!all)} aria-expanded={all}>
            {all ? "Hide what is equal" : `${counted(same, "other")} equal`}
          </UnstyledButton>
        </li>
      )}
    </ul>
  );
}

const SIGNS = { same: "", added: "+", removed: "−", changed: "~" } as const;

function Alone({ member: { state, text } }: { readonly member: JsonMember }) {
  const value = <ValueView value={text} limit={SHOWN} />;
  if (state === "added") return <ins>{value}</ins>;
  return state === "removed" ? <del>{value}</del> : value;
}
