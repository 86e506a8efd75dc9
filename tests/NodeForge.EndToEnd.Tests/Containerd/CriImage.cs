namespace NodeForge.EndToEnd.Tests.Containerd;

/// <summary>An image as the CRI tells the kubelet of it (cri-api, runtime/v1/api.proto, Image).</summary>
internal sealed record CriImage(string Id, IReadOnlyList<string> Tags, IReadOnlyList<string> Digests, bool Pinned)
{
    /// <summary>Reads a ListImagesResponse.</summary>
    public static IReadOnlyList<CriImage> ReadAll(ReadOnlySpan<byte> response)
    {
        List<CriImage> images = [];
        ProtobufReader reader = new(response);
        while (reader.Next())
        {
            if (reader.Field == 1)
                images.Add(Read(reader.Bytes));
        }

        return images;
    }

    private static CriImage Read(ReadOnlySpan<byte> message)
    {
        string id = "";
        List<string> tags = [],
            digests = [];
        bool pinned = false;
        ProtobufReader reader = new(message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    id = reader.Text;
                    break;
                case 2:
                    tags.Add(reader.Text);
                    break;
                case 3:
                    digests.Add(reader.Text);
                    break;
                case 8:
                    pinned = reader.Number != 0;
                    break;
            }
        }

        return new(id, tags, digests, pinned);
    }
}
