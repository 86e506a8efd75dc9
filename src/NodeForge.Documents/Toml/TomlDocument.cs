using System.Text.Json.Nodes;

namespace NodeForge.Documents.Toml;

/// <summary>TOML 1.0 as JSON sees it, for containerd's configuration. Dates, inf and nan are not read: that file has none, and JSON could not hold them.</summary>
public sealed class TomlDocument
{
    // Far more than anybody writes; keeps a hostile text from using up the stack.
    private const int DeepestNesting = 64;

    private readonly TomlCursor cursor;
    private readonly TomlTables tables;

    private TomlDocument(string text)
    {
        cursor = new(text);
        tables = new(cursor);
    }

    /// <exception cref="TomlException">With line and column.</exception>
    public static JsonObject Read(string text) => new TomlDocument(text).Read();

    private JsonObject Read()
    {
        JsonObject root = [];
        JsonObject table = root;
        for (cursor.SkipLines(); !cursor.AtEnd; cursor.SkipLines())
        {
            if (cursor.TryTake('['))
                table = Header(root);
            else
                tables.Set(table, Path('='), Value(0));
            cursor.ExpectLineEnd();
        }

        return root;
    }

    private JsonObject Header(JsonObject root)
    {
        bool many = cursor.TryTake('[');
        IReadOnlyList<string> path = Path(']');
        if (!many)
            return tables.Open(root, path);
        cursor.Expect(']');
        return tables.Append(root, path);
    }

    private List<string> Path(char closing)
    {
        List<string> path = [];
        do
        {
            cursor.SkipBlanks();
            path.Add(Key());
            cursor.SkipBlanks();
        }
        while (cursor.TryTake('.'));
        cursor.Expect(closing);
        return path;
    }

    private string Key()
    {
        if (cursor.Here is '"' or '\'')
            return TomlStrings.ReadKey(cursor);
        string bare = cursor.TakeWhile(IsBare);
        return bare.Length > 0 ? bare : throw cursor.Refuse("a key is missing");
    }

    internal static bool IsBare(char character) => char.IsAsciiLetterOrDigit(character) || character is '_' or '-';

    private JsonNode Value(int depth)
    {
        if (depth > DeepestNesting)
            throw cursor.Refuse("arrays and tables are nested too deeply");
        cursor.SkipBlanks();
        switch (cursor.Here)
        {
            case '"' or '\'':
                return TomlStrings.Read(cursor);
            case '[':
                return List(depth + 1);
            case '{':
                return Inline(depth + 1);
            case 't' when cursor.Begins("true"):
                cursor.Skip(4);
                return true;
            case 'f' when cursor.Begins("false"):
                cursor.Skip(5);
                return false;
            default:
                return TomlNumbers.Read(cursor);
        }
    }

    private JsonArray List(int depth)
    {
        cursor.Expect('[');
        JsonArray list = [];
        for (cursor.SkipLines(); !cursor.TryTake(']'); cursor.SkipLines())
        {
            list.Add(Value(depth));
            cursor.SkipLines();
            if (!cursor.TryTake(',') && cursor.Here != ']')
                throw cursor.Refuse("',' or ']' is missing");
        }

        return tables.Close(list);
    }

    private JsonObject Inline(int depth)
    {
        cursor.Expect('{');
        JsonObject table = [];
        cursor.SkipBlanks();
        if (cursor.TryTake('}'))
            return tables.Close(table);
        do
        {
            tables.Set(table, Path('='), Value(depth));
            cursor.SkipBlanks();
        }
        while (cursor.TryTake(','));
        cursor.Expect('}');
        return tables.Close(table);
    }
}
