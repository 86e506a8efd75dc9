using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NodeForge.Kubernetes.Kubeconfigs;

/// <summary>What no honest kubeconfig comes near. It is looked for in the parser's events, since the tree is made by recursion: one level
/// too deep ends the process.</summary>
internal static class KubeconfigLimits
{
    /// <summary>A thousand clusters have six million.</summary>
    public const int Bytes = 32 << 20;

    private const int Depth = 100; // client-go's types have seven levels
    private const int Events = 2_000_000;

    /// <returns>What is beyond a limit, and where; null for a text that may be read.</returns>
    /// <exception cref="YamlException">It is no YAML.</exception>
    public static string? Problem(string text)
    {
        Parser parser = new(new StringReader(text));
        HashSet<AnchorName> ended = [];
        Stack<AnchorName> open = new();
        for (int events = 0; parser.MoveNext(); events++)
        {
            ParsingEvent at = parser.Current!;
            if (events > Events)
                return $"line {at.Start.Line}: more than {Events} values";
            switch (at)
            {
                case MappingStart or SequenceStart:
                    open.Push(((NodeEvent)at).Anchor);
                    break;
                case MappingEnd or SequenceEnd:
                    ended.Add(open.Pop());
                    break;
                case Scalar scalar:
                    ended.Add(scalar.Anchor);
                    break;
                case AnchorAlias alias when !ended.Contains(alias.Value):
                    return $"line {at.Start.Line}: nothing is named {Printable.Escape(alias.Value.Value)} before this alias";
            }

            if (open.Count > Depth)
                return $"line {at.Start.Line}: more than {Depth} levels";
        }

        return null;
    }
}
