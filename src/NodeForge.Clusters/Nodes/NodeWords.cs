using System.Text;
using NodeForge.Oci.Content;

namespace NodeForge.Clusters.Nodes;

/// <summary>What a program in a node says, held in memory up to a limit: a node is not trusted to come to an end.</summary>
internal sealed class NodeWords(string node, string program) : WriteOnlyStream
{
    /// <summary>Bytes. The longest of what is asked for, the state of containerd's store, has some hundred thousand.</summary>
    public const int Most = 32 << 20;

    private readonly MemoryStream bytes = new();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (bytes.Length + buffer.Length > Most)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.NodeSaysTooMuch, "a program in the node says more than it may")
                {
                    Where = new(node, Detail: program),
                    Got = $"more than {Most} bytes",
                    Want = $"at most {Most}",
                    Hint = "do not trust the node; create the cluster again from an image that you trust",
                }
            );
        }

        bytes.Write(buffer);
    }

    public override string ToString() => Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            bytes.Dispose();
        base.Dispose(disposing);
    }
}
