{{/*
The variables of the ConfigMap `connections`: those of the values, and what a program logs in to Strimzi's Kafka with.
*/}}
{{- define "switchboard.connections" -}}
{{- $variables := deepCopy .Values.connections -}}
{{- if .Values.strimzi.enabled -}}
{{- range (first (.Files.Get "components/strimzi/kustomization.yaml" | fromYaml).configMapGenerator).literals -}}
{{- $pair := splitn "=" 2 . -}}
{{- $_ := merge $variables (dict $pair._0 $pair._1) -}}
{{- end -}}
{{- end -}}
{{- toJson $variables -}}
{{- end -}}

{{/*
Changes a Deployment or Job as the values say. Takes a dict of root, name (of the program), settings and object.
*/}}
{{- define "switchboard.configure" -}}
{{- $pod := .object.spec.template.spec -}}
{{- $container := first $pod.containers -}}
{{- $image := .root.Values.image -}}
{{- $tag := .settings.tag | default $image.tag | default .root.Chart.AppVersion -}}
{{- $_ := set $container "image" (printf "%s/%s:%s" $image.repository .name $tag) -}}
{{- with $image.pullPolicy -}}
{{- $_ := set $container "imagePullPolicy" . -}}
{{- end -}}
{{- with .settings.resources -}}
{{- $_ := mergeOverwrite $container.resources . -}}
{{- end -}}
{{- with .settings.env -}}
{{- $_ := set $container "env" (concat ($container.env | default list) .) -}}
{{- end -}}
{{- with .settings.credentials -}}
{{- $_ := set (last $container.envFrom) "secretRef" (dict "name" .) -}}
{{- end -}}
{{- with .settings.secretFiles -}}
{{- $_ := set (first (last $pod.volumes).projected.sources) "secret" (dict "name" .) -}}
{{- end -}}
{{- $_ := mergeOverwrite $pod (deepCopy .root.Values.pod) -}}
{{- /* A change of its configuration rolls the pods. */ -}}
{{- $read := list (include "switchboard.connections" .root) .root.Values.redis .settings.config .settings.files -}}
{{- $_ := set .object.spec.template.metadata "annotations" (dict "checksum/config" (toJson $read | sha256sum)) -}}
{{- end -}}
