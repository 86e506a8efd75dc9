using System.Text.RegularExpressions;
using NodeForge.Documents.Yaml;

namespace NodeForge.Recipes.Reading;

/// <summary>The forms of values in recipes.</summary>
internal static partial class RecipeGrammar
{
    public static readonly Grammar Name = Value(RecipeName(), "lower-case letters, digits, dots and dashes, at most 63 characters");

    public static readonly Grammar Suite = Value(SuiteName(), "a suite of Debian such as bookworm");

    public static readonly Grammar Snapshot = Value(SnapshotTime(), "a time such as \"20261101T000000Z\"");

    public static readonly Grammar Component = Value(ArchiveComponent(), "a component of the archive such as main");

    /// <summary>Debian policy 5.6.1 and 5.6.7, without a dash at the end: apt takes that for a package to remove.</summary>
    public static readonly Grammar Package = Value(PackageName(), "a package's name such as conntrack");

    public static readonly Grammar Glob = Value(AbsoluteGlob(), "an absolute path, with * or ** in it if need be");

    /// <summary>A name that begins with .wh. takes another out of the image (OCI image specification, layers, "Whiteouts").</summary>
    public static readonly Grammar ImagePath = Value(AbsolutePath(), "an absolute path without ., .. and names that begin with .wh.");

    public static readonly Grammar Program = Value(ProgramName(), "a program's name such as kubelet");

    public static readonly Grammar ComponentVersion = Value(VersionText(), "a version such as \"2.3.4\"");

    public static readonly Grammar Variable = Value(VariableName(), "letters, digits and underscores, no digit first");

    public static readonly Grammar Label = Value(LabelName(), "a label without white space such as org.opencontainers.image.title");

    public static readonly Grammar User = Value(UserName(), "a user such as \"0\", \"65535:65535\" or nobody");

    public static readonly Grammar Signal = Value(SignalName(), "a signal such as SIGTERM or SIGRTMIN+3");

    public static readonly Grammar Parameter = Value(ParameterName(), "letters, digits and dashes, a letter first");

    public static readonly Grammar Unit = new(UnitName(), "a unit's whole name such as containerd.service", ErrorCodes.RecipeUnit);

    public static readonly Grammar Target = new(TargetName(), "a target such as multi-user.target", ErrorCodes.RecipeUnit);

    /// <summary>distribution-spec's name and tag, with a registry's host before it: what a node asks for is never short.</summary>
    public static readonly Grammar Tag = new(
        TaggedReference(),
        "a reference with host and tag such as registry.k8s.io/pause:3.10",
        ErrorCodes.RecipeImageReference
    );

    /// <summary>The same, or with the version of the recipe as its tag.</summary>
    public static readonly Grammar VersionedTag = new(
        VersionedReference(),
        "a reference with host and tag such as registry.k8s.io/kube-proxy:{version}",
        ErrorCodes.RecipeImageReference
    );

    /// <summary>The same, by tag, by digest or by both.</summary>
    public static readonly Grammar Reference = new(
        PinnableReference(),
        "docker://HOST/NAME:TAG or docker://HOST/NAME@sha256:DIGEST",
        ErrorCodes.RecipeImageReference
    );

    private static Grammar Value(Regex form, string want) => new(form, want, ErrorCodes.RecipeInvalidValue);

    private const string Host =
        @"(?:localhost|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)+|[a-zA-Z0-9][a-zA-Z0-9.-]*(?=:[0-9])|\[[0-9a-fA-F:]+\])(?::[0-9]{1,5})?";
    private const string Repository = @"(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+";
    private const string TagText = @"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";

    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?\z")]
    private static partial Regex RecipeName();

    [GeneratedRegex(@"\A[a-z][a-z0-9.-]*\z")]
    private static partial Regex SuiteName();

    [GeneratedRegex(@"\A[0-9]{8}T[0-9]{6}Z\z")]
    private static partial Regex SnapshotTime();

    [GeneratedRegex(@"\A[a-z][a-z-]*\z")]
    private static partial Regex ArchiveComponent();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9+.-]*[a-z0-9+.]\z")]
    private static partial Regex PackageName();

    [GeneratedRegex(@"\A/(?!.*(?:\A|/)\.\.?(?:/|\z))[^\p{Cc}]*\z")]
    private static partial Regex AbsoluteGlob();

    [GeneratedRegex(@"\A/(?:(?!\.{1,2}(?:/|\z)|\.wh\.)[^/\p{Cc}]+(?:/(?!\.{1,2}(?:/|\z)|\.wh\.)[^/\p{Cc}]+)*)?\z")]
    private static partial Regex AbsolutePath();

    [GeneratedRegex(@"\A[a-zA-Z0-9][a-zA-Z0-9._-]*\z")]
    private static partial Regex ProgramName();

    [GeneratedRegex(@"\Av?[0-9][A-Za-z0-9.+~_-]*\z")]
    private static partial Regex VersionText();

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex VariableName();

    [GeneratedRegex(@"\A[^\s\p{Cc}]+\z")]
    private static partial Regex LabelName();

    [GeneratedRegex(@"\A(?:[0-9]{1,10}|[a-z_][a-z0-9_-]*)(?::(?:[0-9]{1,10}|[a-z_][a-z0-9_-]*))?\z")]
    private static partial Regex UserName();

    [GeneratedRegex(@"\A(?:SIG[A-Z][A-Z0-9]*(?:[+-][0-9]{1,2})?|[0-9]{1,2})\z")]
    private static partial Regex SignalName();

    [GeneratedRegex(@"\A[a-zA-Z][a-zA-Z0-9-]*\z")]
    private static partial Regex ParameterName();

    // systemd.unit(5): "valid characters", at most 255 with the suffix.
    [GeneratedRegex(@"\A(?=.{1,255}\z)[A-Za-z0-9:_.\\@-]+\.(?:service|socket|device|mount|automount|swap|target|path|timer|slice|scope)\z")]
    private static partial Regex UnitName();

    [GeneratedRegex(@"\A(?=.{1,255}\z)[A-Za-z0-9:_.\\@-]+\.target\z")]
    private static partial Regex TargetName();

    [GeneratedRegex(@"\A" + Host + Repository + ":" + TagText + @"\z")]
    private static partial Regex TaggedReference();

    [GeneratedRegex(@"\A" + Host + Repository + ":(?:" + TagText + @"|\{version\})\z")]
    private static partial Regex VersionedReference();

    [GeneratedRegex(@"\A" + Host + Repository + "(?::" + TagText + ")?(?:@sha256:[0-9a-f]{64})?" + @"(?<=[:@].*)\z")]
    private static partial Regex PinnableReference();
}
