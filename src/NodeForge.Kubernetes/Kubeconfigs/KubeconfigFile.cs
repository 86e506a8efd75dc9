using System.Text;
using NodeForge.Files;
using NodeForge.Oci.Content;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace NodeForge.Kubernetes.Kubeconfigs;

/// <summary>Changes a kubeconfig as kubectl does: under its lock, whole or not at all, other contexts as they were.</summary>
public static class KubeconfigFile
{
    private static readonly string[] Lists = ["clusters", "contexts", "users"];

    // A certificate and an RSA key in PEM have less than this each.
    private const int SampleLength = 2048;

    /// <summary>The files that are one kubeconfig together: those of KUBECONFIG, or ~/.kube/config.</summary>
    /// <returns>Absolute, one at least.</returns>
    public static IReadOnlyList<string> PathsOf(HostEnvironment host) =>
        host.Variable("KUBECONFIG")?.Split(':', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } named
            ? [.. named.Select(host.Resolve).Distinct(StringComparer.Ordinal)]
            : [host.Resolve(Path.Combine(host.Home, ".kube", "config"))];

    /// <summary>Where a new context is written, as kind and kubectl do it: the first file that is there, else the last one.</summary>
    public static string DefaultPathOf(HostEnvironment host)
    {
        IReadOnlyList<string> paths = PathsOf(host);
        return paths.FirstOrDefault(File.Exists) ?? paths[^1];
    }

    /// <summary>Adds a cluster's context, in place of an older one of that name, and makes it the current one.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.KubeconfigBusy"/>, <see cref="ErrorCodes.KubeconfigInvalid"/>,
    /// <see cref="ErrorCodes.PathNotUsable"/>, <see cref="ErrorCodes.DiskFull"/>;
    /// the file is then as it was.</exception>
    public static void Add(string path, Kubeconfig kubeconfig) =>
        Change(path, existing => Extend(existing, kubeconfig, path), publish: true);

    /// <summary>Finds out beforehand what would keep <see cref="Add"/> from its work: does all of it but the last step.</summary>
    /// <exception cref="NodeForgeException">As <see cref="Add"/>.</exception>
    public static void Check(string path, string cluster)
    {
        string sample = new(' ', SampleLength);
        Change(
            path,
            existing => Extend(existing, new(cluster, new Uri("https://127.0.0.1:65535"), sample, new(sample, sample)), path),
            publish: false
        );
    }

    /// <summary>Takes a context out; a file without it is not touched.</summary>
    /// <exception cref="NodeForgeException">As <see cref="Add"/>.</exception>
    public static void Remove(string path, string context)
    {
        if (
            LocalPath.KindOf(Path.GetFullPath(path), follow: true) != LocalKind.File
            || !Text(path).Contains(context, StringComparison.Ordinal)
        )
            return;
        Change(
            path,
            existing =>
            {
                if (
                    existing is null
                    || !Lists.Any(list => existing.Children.ContainsKey(list) && Drop(Items(existing, list, path), context, look: true))
                )
                    return null;
                foreach (string list in Lists.Where(list => existing.Children.ContainsKey(list)))
                    Drop(Items(existing, list, path), context);
                if (
                    existing.Children.TryGetValue("current-context", out YamlNode? current)
                    && (current as YamlScalarNode)?.Value == context
                )
                    existing.Children["current-context"] = new YamlScalarNode(string.Empty) { Style = ScalarStyle.DoubleQuoted };
                return existing;
            },
            publish: true
        );
    }

    private static YamlMappingNode Extend(YamlMappingNode? existing, Kubeconfig kubeconfig, string path)
    {
        YamlMappingNode addition = Parse(kubeconfig.ToYaml(), path)!;
        YamlMappingNode file = existing ?? new YamlMappingNode { { "apiVersion", "v1" }, { "kind", "Config" } };
        foreach (string list in Lists)
        {
            YamlSequenceNode items = Items(file, list, path);
            Drop(items, kubeconfig.Context);
            items.Add(((YamlSequenceNode)addition.Children[list]).Children[0]);
        }

        file.Children["current-context"] = kubeconfig.Context;
        return file;
    }

    private static void Change(string path, Func<YamlMappingNode?, YamlMappingNode?> change, bool publish)
    {
        string target = KubeconfigPlace.Find(path);
        using KubeconfigLock held = KubeconfigLock.Take(target);
        bool exists = File.Exists(target);
        string text = exists ? Text(target) : string.Empty;
        YamlMappingNode? existing = Parse(text, target);
        if (change(existing) is not { } changed)
            return;
        UnixFileMode mode = exists ? File.GetUnixFileMode(target) : UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using KubeconfigDraft draft = KubeconfigDraft.Write(target, Serialize(changed));
        if (publish)
            draft.Publish(mode);
    }

    private static string Text(string path) =>
        Encoding.UTF8.GetString(
            WithoutMark(
                RegularFile.ReadSmall(
                    path,
                    KubeconfigLimits.Bytes,
                    length => Invalid(path, $"{length} bytes, more than {KubeconfigLimits.Bytes}", null)
                )
            )
        );

    private static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes;

    /// <returns>Null for a file with nothing in it: blanks, comments, <c>---</c>, <c>null</c>.</returns>
    private static YamlMappingNode? Parse(string text, string path)
    {
        try
        {
            if (KubeconfigLimits.Problem(text) is { } problem)
                throw Invalid(path, problem, null);
            YamlStream stream = [];
            stream.Load(new StringReader(text));
            return stream.Documents switch
            {
                [] or [{ RootNode: YamlScalarNode { Value: null or "" or "null" or "~" } }] => null,
                [{ RootNode: YamlMappingNode root }] => root,
                _ => throw Invalid(path, "it is not one mapping", null),
            };
        }
        catch (YamlException failure)
        {
            throw Invalid(path, $"line {failure.Start.Line}: {failure.Message}", failure);
        }
    }

    private static YamlSequenceNode Items(YamlMappingNode file, string list, string path)
    {
        if (!file.Children.TryGetValue(list, out YamlNode? node) || node is YamlScalarNode { Value: null or "" or "null" or "~" })
            file.Children[list] = node = new YamlSequenceNode();
        return node is YamlSequenceNode sequence ? sequence : throw Invalid(path, $"{list} is not a list", null);
    }

    private static bool Drop(YamlSequenceNode items, string name, bool look = false)
    {
        YamlNode[] named =
        [
            .. items.Where(item =>
                item is YamlMappingNode mapping
                && mapping.Children.TryGetValue("name", out YamlNode? value)
                && (value as YamlScalarNode)?.Value == name
            ),
        ];
        foreach (YamlNode item in look ? [] : named)
            items.Children.Remove(item);
        return named.Length > 0;
    }

    private static string Serialize(YamlMappingNode file)
    {
        StringBuilder text = new();
        using StringWriter writer = new(text) { NewLine = "\n" };
        new YamlStream(new YamlDotNet.RepresentationModel.YamlDocument(file)).Save(writer, assignAnchors: false);
        return text.ToString().TrimEnd().TrimEnd('.').TrimEnd() + "\n";
    }

    private static NodeForgeException Invalid(string path, string got, Exception? inner) =>
        new(
            new Diagnostic(ErrorCodes.KubeconfigInvalid, "the kubeconfig cannot be extended")
            {
                Where = new(path),
                Got = got,
                Hint = "fix or move the file, or write elsewhere with --kubeconfig",
            },
            inner
        );
}
