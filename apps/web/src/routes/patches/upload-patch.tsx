import { Button, FileButton, Group, Modal, Stack, Text } from "@mantine/core";
import { PATCH_MEDIA_TYPE } from "@syncline/api";
import { IconUpload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type DragEvent, type ReactNode, useState } from "react";
import { api } from "../../api/client.ts";
import { CommandLine } from "../../components/command-line.tsx";
import { ErrorState } from "../../components/error-state.tsx";
import { bytesText } from "../../components/number-text.ts";

/** Takes a patch file that is dropped anywhere on the list, or chosen. */
export function usePatchUpload() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (file: File) => api.diffs.uploadPatch({ body: file, contentType: PATCH_MEDIA_TYPE }),
    onSuccess: ({ id }) => {
      void queryClient.invalidateQueries({ queryKey: ["patches"] });
      void navigate({ to: "/patches/$patchId", params: { patchId: id } });
    },
  });
}

type Upload = ReturnType<typeof usePatchUpload>;

export function UploadButton({ upload }: { readonly upload: Upload }) {
  const [opened, setOpened] = useState(false);
  return (
    <>
      <Button leftSection={<IconUpload size={16} aria-hidden />} onClick={() => setOpened(true)}>
        Upload a patch
      </Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title="Upload a patch file" size="lg">
        <Stack gap="md">
          <DropZone upload={upload}>
            <Stack align="center" gap="xs" py="lg" px="md">
              <IconUpload size={28} aria-hidden style={{ color: "var(--sl-muted)" }} />
              <Text size="sm">Drop a patch file here, or choose one.</Text>
              <FileButton onChange={(file) => file !== null && upload.mutate(file)}>
                {(props) => (
                  <Button variant="default" loading={upload.isPending} data-autofocus {...props}>
                    Choose a file
                  </Button>
                )}
              </FileButton>
              {upload.isPending && (
                <Text size="sm" c="dimmed" role="status">
                  {upload.variables.name}, {bytesText(upload.variables.size)}, is read and checked
                </Text>
              )}
            </Stack>
          </DropZone>
          {upload.error !== null && (
            <ErrorState
              what="It was not stored"
              error={upload.error}
              retry={() => upload.variables !== undefined && upload.mutate(upload.variables)}
            />
          )}
          <Text size="sm" c="dimmed">
            Patch files are made by a comparison; the file's own checksum is verified before it is stored.
          </Text>
          <CommandLine command="syncline diff 'staging:public:*' 'prod:public:*' --output release.patch" />
        </Stack>
      </Modal>
    </>
  );
}

interface DropZoneProps {
  readonly upload: Upload;
  readonly children: ReactNode;
}

/** Files can be dropped here. Choosing one by its button does the same. */
function DropZone({ upload, children }: DropZoneProps) {
  const [over, setOver] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) upload.mutate(file);
  };
  return (
    <Group
      component="section"
      aria-label="Drop a patch file"
      justify="center"
      onDragOver={(event: DragEvent) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      style={{
        border: `2px dashed ${over ? "var(--sl-accent-text)" : "var(--sl-border)"}`,
        borderRadius: "var(--mantine-radius-md)",
      }}
    >
      {children}
    </Group>
  );
}
