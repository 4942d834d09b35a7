import { Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/client.ts";
import { meQuery } from "../../api/me.ts";
import { sessionGate } from "../../api/session-gate.ts";
import { ErrorState } from "../../components/error-state.tsx";
import { AcceptForm } from "./accept-form.tsx";
import { FrontPage } from "./front-page.tsx";
import { Welcome } from "./welcome.tsx";

/** The token stays in the fragment, which browsers send to nobody, until it is used. */
const tokenOfPage = () => location.hash.slice(1);

/** Where links of invitations, password resets and the first administrator's set-up lead. */
export function AcceptPage() {
  const [token] = useState(tokenOfPage);
  const [done, setDone] = useState(false);
  // Back from the identity provider there is no token any more, but a session.
  const me = useQuery({ ...meQuery, enabled: token === "" });
  const link = useQuery({
    queryKey: ["invitation", "look"],
    queryFn: ({ signal }) => api.signIn.lookAtInvitation({ body: { token }, signal }),
    enabled: token !== "",
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (done || (me.data !== undefined && me.data !== null)) return <Welcome />;
  if (token === "")
    return (
      <FrontPage title="This link is not whole">
        <Text size="sm">What stands behind # is missing. Copy the whole link, or ask for another one.</Text>
      </FrontPage>
    );
  if (link.error !== null)
    return (
      <FrontPage title="This link does not work">
        <ErrorState what="It cannot be used" error={link.error} retry={() => void link.refetch()} />
      </FrontPage>
    );
  if (link.data === undefined)
    return (
      <FrontPage title="One moment">
        <Skeleton height={180} />
      </FrontPage>
    );
  return (
    <AcceptForm
      token={token}
      link={link.data}
      onSignedIn={(answer) => {
        sessionGate.signedIn(answer);
        history.replaceState(null, "", location.pathname);
        setDone(true);
      }}
    />
  );
}
